/** The lowest and the highest confidence, in percent. */

import { Button } from "../ui/button";
import { type Filter, linkToFilter, readPercent } from "./filter";

export function ConfidenceFacet({ filter }: { filter: Filter }) {
  function apply(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const least = readPercent(String(given.get("least")));
    const most = readPercent(String(given.get("most")));
    location.hash = linkToFilter({ ...filter, least, most });
  }

  return (
    <section>
      <h3>Confidence of the model</h3>
      <form class="confidence-range" onSubmit={apply}>
        <Percent name="least" label="From" value={filter.least} />
        <Percent name="most" label="to" value={filter.most} />
        <Button type="submit">Apply</Button>
      </form>
    </section>
  );
}

function Percent({ name, label, value }: { name: string; label: string; value: number | null }) {
  return (
    <label>
      {label} <span class="hidden">percent</span>
      <input
        type="number"
        name={name}
        min={0}
        max={100}
        placeholder="%"
        defaultValue={value === null ? "" : String(value)}
      />
    </label>
  );
}
