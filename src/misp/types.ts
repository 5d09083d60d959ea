/** A MISP event as Lurewatch sends it to `POST /events/add` (MISP core format). UUIDs in lower case. */
export interface MispEvent {
  readonly uuid: string;
  readonly info: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly threat_level_id: string;
  readonly analysis: string;
  readonly distribution: string;
  readonly sharing_group_id?: string;
  readonly published: boolean;
  readonly Tag: readonly { readonly name: string }[];
  readonly Attribute: readonly MispAttribute[];
}

export interface MispAttribute {
  readonly uuid: string;
  readonly type: string;
  readonly category: string;
  readonly value: string;
  readonly comment: string;
  readonly to_ids: boolean;
  readonly disable_correlation: boolean;
}
