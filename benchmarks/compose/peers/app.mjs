// The browser's half of the Node host: tiny-frontend's own loader and React, in one script.
import { loadTinyFrontendClient } from "@tiny-frontend/client";
import * as React from "react";
import { createRoot, hydrateRoot } from "react-dom/client";

const places = [...document.querySelectorAll("[data-live]")];
await Promise.all(
  places.map(async (place, n) => {
    const component = await loadTinyFrontendClient({
      name: place.dataset.live,
      contractVersion: "1.0.0",
      tinyApiEndpoint: TINY_API_ENDPOINT,
      dependenciesMap: { react: React },
    });
    const element = React.createElement(component, { list: n + 1 });
    if (place.firstElementChild) hydrateRoot(place, element);
    else createRoot(place).render(element);
  }),
);
