/** What the mesh does with a member that it does not serve. `refused` answers an error. `ignored` has no effect. */
export type Support = 'refused' | 'ignored';

interface Common {
  readonly required?: true;
  /** Absent: the mesh serves the member. */
  readonly support?: Support;
}

/** The smallest and the largest number, or the least and most characters, bytes or items. Both count as allowed. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface StringMember extends Common, Bounds {
  readonly type: 'string';
  /** A regular expression that matches the whole text. */
  readonly pattern?: string;
  readonly values?: readonly string[];
}

export interface NumberMember extends Common, Bounds {
  readonly type: 'integer';
}

export interface ListMember extends Common, Bounds {
  readonly type: 'list';
  readonly of: Member;
  /** True: a wrong entry fails alone, and does not fail the call. */
  readonly eachAlone?: true;
}

export interface MapMember extends Common, Bounds {
  readonly type: 'map';
  readonly of: Member;
}

export interface StructureMember extends Common {
  readonly type: 'structure';
  readonly members: Members;
}

export interface PlainMember extends Common, Bounds {
  readonly type: 'boolean' | 'timestamp' | 'blob';
}

/** A member of an input, with its type and limits as AWS's API reference has them. */
export type Member = StringMember | NumberMember | ListMember | MapMember | StructureMember | PlainMember;

export type Members = Readonly<Record<string, Member>>;

/** The inputs of a service's operations. */
export type Inputs = Readonly<Record<string, Members>>;

/** The limit that a value is beyond. */
export type Limit = 'min' | 'max' | 'pattern' | 'values';

/** A value beyond a limit. */
export interface Violation {
  readonly limit: Limit;
  /** The value as messages show it: `11`, `of 300 bytes`. */
  readonly value: string;
  /** The number, or the characters, bytes or items of the value. */
  readonly size: number;
}
