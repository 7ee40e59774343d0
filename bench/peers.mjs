/** Loads a package from here, so that bench/node_modules is found before the product's, wherever the compiled benchmark lies. */
export const load = (name) => import(name)
