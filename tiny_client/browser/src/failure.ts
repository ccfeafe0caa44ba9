/** The error that ends a fragment's start, with the step at which it came. */

export type Phase = "config" | "runtime" | "bundle" | "hydrate" | "mount" | "run";

export class Failure {
  readonly phase: Phase;
  readonly error: unknown;

  constructor(phase: Phase, error: unknown) {
    this.phase = phase;
    this.error = error;
  }
}
