/** The bundle's entry: `render(props)` for the server, `mount(element, props)` for the browser. */
import "./recommendations.css";

export { mount } from "./mount.ts";
export { render } from "./render.ts";
