/** The bundle's entry: the component is its only export, and the default one. */
export { default } from "./Reviews.vue";
