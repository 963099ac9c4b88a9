declare module 'cluster-key-slot' {
  /** The cluster slot (0–16383) of a key. */
  export default function calculateSlot(key: string | Buffer): number;
}
