/** What the listing commands of a batch print. */
import { jsonDocument, printJson } from '../../list/document.ts';
import type { Json } from '../../list/json.ts';

export class Output {
  readonly json: boolean;
  private readonly parts: string[] = [];

  constructor(json: boolean) {
    this.json = json;
  }

  text(text: string): void {
    this.parts.push(text);
  }

  items(items: readonly Json[]): void {
    this.parts.push(jsonDocument(items));
  }

  /** Changes, without the head that listings have. */
  events(events: readonly Json[]): void {
    this.parts.push(`${printJson({ nftables: events })}\n`);
  }

  /** Everything since the last time. */
  take(): string {
    const text = this.parts.join('');
    this.parts.length = 0;
    return text;
  }
}
