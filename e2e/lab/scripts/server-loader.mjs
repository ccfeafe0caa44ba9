// The real client's server loader: prints the HTML of Cart and the tags for its page.
import { loadTinyFrontendServer } from "@tiny-frontend/client";
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import { renderToString } from "react-dom/server";

const [endpoint, props] = process.argv.slice(2);
const { tinyFrontend, tinyFrontendStringToAddToSsrResult } = await loadTinyFrontendServer({
  name: "Cart",
  contractVersion: "1.0.0",
  tinyApiEndpoint: endpoint,
  dependenciesMap: { react: React, "react/jsx-runtime": jsxRuntime },
});
const html = renderToString(React.createElement(tinyFrontend, JSON.parse(props)));
console.log(JSON.stringify({ html, head: tinyFrontendStringToAddToSsrResult }));
