/** A type as the recording itself describes it. */
export interface JfrClass {
  id: number;
  name: string;
  fields: JfrField[];
}

export interface JfrField {
  name: string;
  classId: number;
  /** The field holds a key into the pool of its class. */
  isConstant: boolean;
  isArray: boolean;
}
