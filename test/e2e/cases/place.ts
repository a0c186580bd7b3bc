/** What the shared cases have to know of where a mesh runs. */
export interface Place {
  /** Milliseconds that tests wait for what takes its time there. */
  readonly patience: number;
  /** Whether an answer arrives as it is made. Where not, a stream arrives in one piece when it has ended. */
  readonly streams: boolean;
  /** Whether there are the agents of test/fixtures/mesh. */
  readonly testAgents: boolean;
  /** Whether message groups of a FIFO queue are worked on side by side. */
  readonly sideBySide: boolean;
  /** Whether the bus keeps all digits of a fraction. The emulator's bus reads and writes JSON with binary fractions. */
  readonly keepsFractions: boolean;
  /** Whether the host can tell why the process of an agent ended. Lambda does not tell the mesh. */
  readonly tellsCrashes: boolean;
  /** Bytes: a larger body is refused. */
  readonly maxBodyBytes: number;
  /** Who issues tokens: Cognito answers 400 to a wrong secret, where RFC 6749 leaves the choice. */
  readonly wrongSecret: 400 | 401;
}

export const standalone: Place = {
  patience: 15_000,
  streams: true,
  testAgents: true,
  sideBySide: true,
  keepsFractions: true,
  tellsCrashes: true,
  maxBodyBytes: 4 * 1024 * 1024,
  wrongSecret: 401,
};
