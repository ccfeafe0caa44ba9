// The package's own types cannot be found through the `exports` of its package.json.
declare module "@tiny-frontend/client" {
  export function loadTinyFrontendClient(options: {
    name: string;
    contractVersion: string;
    tinyApiEndpoint: string;
    dependenciesMap: Record<string, unknown>;
  }): Promise<unknown>;
}
