// Run the audits of graphql-http (GraphQL over HTTP) against a running service.
// Usage: node audit.mjs URL CLIENT_ID CLIENT_SECRET
// Prints as JSON how many audits there are of each level, and those that are not ok.
import { serverAudits } from "graphql-http";

const [url, clientId, clientSecret] = process.argv.slice(2);
if (!url || !clientId || !clientSecret) {
  console.error("usage: node audit.mjs URL CLIENT_ID CLIENT_SECRET");
  process.exit(2);
}

const fetchFn = (input, init = {}) =>
  fetch(input, {
    ...init,
    headers: { ...init.headers, "client-id": clientId, "client-secret": clientSecret },
  });

const counts = { MUST: 0, SHOULD: 0, MAY: 0 };
const problems = [];
for (const audit of serverAudits({ url, fetchFn })) {
  counts[audit.name.split(" ")[0]] += 1;
  const result = await audit.fn();
  if (result.status !== "ok") {
    problems.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(JSON.stringify({ counts, problems }));
