/** The part of the page's bus that this fragment uses. The host gives it; some have none. */
import {
  inject,
  type InjectionKey,
  onBeforeUnmount,
  onMounted,
  type ShallowRef,
  shallowRef,
} from "vue";

export interface Bus {
  /** A value that the page's fragments share; undefined as long as nobody has set it. */
  atom<T>(key: string): {
    /** Calls `listener` now and after each change; the answer ends it. */
    subscribe(listener: (value: T | undefined) => void): () => void;
  };
}

/** Under this name the page's runtime provides the bus. */
export const BUS = "tiny-bus" as unknown as InjectionKey<Bus | undefined>;

/**
 * Follows a value that the page shares. It is undefined on the server and until the component is
 * mounted, so that nothing mismatches, and stays so where there is no bus or the host refuses it.
 */
export function useShared<T>(key: string): Readonly<ShallowRef<T | undefined>> {
  const bus = inject(BUS, undefined);
  const value = shallowRef<T>();
  let stop: (() => void) | undefined;
  onMounted(() => {
    try {
      stop = bus?.atom<T>(key).subscribe((now) => (value.value = now));
    } catch {
      // The host does not let us read it.
    }
  });
  onBeforeUnmount(() => stop?.());
  return value;
}
