import { secureHeaders } from 'hono/secure-headers'

/**
 * What browsers may do with any answer of this server: load style, script and images from it alone, send forms to it alone,
 * show it in no frame. Nothing inline runs, so a text of the catalogue that slipped through escaping would still be only a text.
 */
export const security = () =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'strict-origin-when-cross-origin',
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: false, microphone: false, geolocation: false },
    // whether this host speaks TLS, and shall for good, is for whoever runs it to say
    strictTransportSecurity: false,
  })
