/** Tells the page's fragments who uses it, in the message that the bus has for that. */

import { completeMessage } from "../../event_bus/src/index.ts";
import type { Bus, ReadableStore, UserContextMessage } from "../../event_bus/src/index.ts";
import type { Preferences, Session } from "./contracts.ts";
import { SHOP } from "./topics.ts";

export function shareUserContext(
  bus: Bus,
  session: ReadableStore<Session>,
  preferences: ReadableStore<Preferences>,
): void {
  const tell = (): void => {
    const { user } = session.get();
    const message = {
      messageName: "user:context-updated",
      kind: "user-context",
      source: SHOP,
      payload: {
        userId: user?.id ?? "guest",
        displayName: user?.name ?? "",
        rolesForUi: user ? ["customer"] : [],
        locale: preferences.get().locale,
      },
    };
    bus.publish(completeMessage(message) as unknown as UserContextMessage);
  };
  tell();
  session.listen(tell);
  preferences.listen(tell);
}
