/** Under Trusted Types a script's address counts only where a policy made it: this one. */
interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;
try {
  policy = (window as { trustedTypes?: Factory }).trustedTypes?.createPolicy("tiny-mosaic", {
    createScriptURL: (url) => url,
  });
} catch (error) {
  console.error("No scripts of fragments: trusted-types must allow tiny-mosaic.", error);
}

/** The address of a bundle, as `script.src` takes it. */
export function scriptUrl(url: string): string {
  return policy?.createScriptURL(url) ?? url;
}
