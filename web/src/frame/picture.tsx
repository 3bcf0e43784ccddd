/** What the product does, drawn: a file of tracks on the left, the same tracks with genres on the right. */

const TITLES = [132, 96, 118, 84, 108];
const RESULTS: [genre: string, confidence: number, tone: string][] = [
  ["metal", 0.92, "one"],
  ["folk", 0.78, "two"],
  ["pop", 0.71, "three"],
  ["folk", 0.64, "two"],
  ["jazz?", 0.31, "four"],
];
const ROW = 34;
const FIRST_ROW = 62;
const BAR = 74;

export function Picture() {
  return (
    <svg
      class="picture"
      viewBox="0 0 560 244"
      role="img"
      aria-label="A CSV file of five tracks goes in. Each comes out with a genre and a bar that shows how sure the model is; the least sure one is marked for a person to check."
    >
      <rect class="sheet" x="1" y="12" width="190" height="220" rx="12" />
      <text class="name" x="18" y="38">
        tracks.csv
      </text>
      <rect class="sheet" x="258" y="12" width="301" height="220" rx="12" />
      <text class="name" x="276" y="38">
        Genres
      </text>
      <path class="arrow" d="M206 122h34m0 0-10-9m10 9-10 9" />
      {RESULTS.map(([genre, confidence, tone], index) => {
        const y = FIRST_ROW + index * ROW;
        return (
          <g key={y} class={tone}>
            <rect class="word" x="18" y={y} width={TITLES[index]} height="9" rx="4.5" />
            <rect class="faint" x="18" y={y + 14} width={TITLES[index]! * 0.6} height="5" rx="2.5" />
            <rect class="word" x="276" y={y} width={TITLES[index]! * 0.8} height="9" rx="4.5" />
            <rect class="chip" x="392" y={y - 6} width="62" height="20" rx="10" />
            <text class="genre" x="423" y={y + 8} text-anchor="middle">
              {genre}
            </text>
            <rect class="faint" x="466" y={y + 1} width={BAR} height="7" rx="3.5" />
            <rect class="share" x="466" y={y + 1} width={BAR * confidence} height="7" rx="3.5" />
          </g>
        );
      })}
    </svg>
  );
}
