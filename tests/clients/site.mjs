// What every client is given: the address of the service, a file to upload, credentials.
// Usage of each client: node CLIENT.mjs ADDRESS FILE
// It prints one JSON object: what the service answered.
import { openAsBlob } from "node:fs";
import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket; // browsers have it, and Node from version 22

const [address, path] = process.argv.slice(2);

export const url = `${address}/graphql`;
export const socketUrl = url.replace(/^http/, "ws");
export const headers = { "client-id": "test", "client-secret": "test" };

export async function openFile() {
  return new File([await openAsBlob(path)], "tracks.csv", { type: "text/csv" });
}

export function print(result) {
  console.log(JSON.stringify(result));
  process.exit(0); // some clients keep timers
}
