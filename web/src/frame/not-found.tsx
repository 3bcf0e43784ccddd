/** What an address that leads nowhere says, with the ways back. */

import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { Empty } from "../ui/notices";
import { PLACES } from "./places";
import { linkTo, type Route } from "./route";

export function NotFoundView({ route: { name, parts } }: { route: Route }) {
  return (
    <>
      <Heading title="Page not found" />
      <Card>
        <Empty icon="search" title={`There is no page “${[name, ...parts].join("/")}”`}>
          <p>The address may be mistyped, or from another version of the workbench.</p>
          <WaysBack />
        </Empty>
      </Card>
    </>
  );
}

function WaysBack() {
  return (
    <ul class="ways-back">
      {PLACES.map(({ name, label, icon }) => (
        <li key={name}>
          <a class="button" href={linkTo(name)}>
            <Icon name={icon} />
            {label}
          </a>
        </li>
      ))}
    </ul>
  );
}
