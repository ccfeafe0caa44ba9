// What esbuild must know about Vue, over what scripts/build.mjs gives every runtime.

/** Vue's own compile-time flags: https://vuejs.org/api/compile-time-flags.html */
const define = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};

export const browser = { define };
export const server = { define };
