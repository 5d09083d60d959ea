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
  readonly Tag: readonly MispTag[];
  readonly Attribute: readonly MispAttribute[];
  /** Absent where there are none. Their attributes do not stand in `Attribute`. */
  readonly Object?: readonly MispObject[];
}

/** A galaxy cluster is a tag, too: `misp-galaxy:threat-actor="…"`. */
export interface MispTag {
  readonly name: string;
}

export interface MispAttribute {
  readonly uuid: string;
  readonly type: string;
  readonly category: string;
  readonly value: string;
  readonly comment: string;
  readonly to_ids: boolean;
  readonly disable_correlation: boolean;
  /** ISO 8601 with its zone. */
  readonly first_seen?: string;
  readonly last_seen?: string;
  /** Absent where it has none of its own. */
  readonly Tag?: readonly MispTag[];
}

/** Attributes that belong together, by a template of misp-objects. */
export interface MispObject {
  readonly uuid: string;
  readonly name: string;
  readonly 'meta-category': string;
  readonly template_uuid: string;
  readonly template_version: string;
  readonly description: string;
  readonly comment: string;
  /** Absent: MISP's own default, that of the event (5, inherit). */
  readonly distribution?: string;
  /** ISO 8601 with its zone. */
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly Attribute: readonly MispObjectAttribute[];
  /** What it has to do with other objects of the event. Absent where nothing. */
  readonly ObjectReference?: readonly MispObjectReference[];
}

export interface MispObjectReference {
  readonly uuid: string;
  readonly object_uuid: string;
  readonly referenced_uuid: string;
  /** One of misp-objects' relationships: `includes`. */
  readonly relationship_type: string;
  readonly comment: string;
}

export interface MispObjectAttribute extends MispAttribute {
  /** What the attribute is in its object, by the template: `leak-site-url`. */
  readonly object_relation: string;
}
