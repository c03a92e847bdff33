// SPDX-License-Identifier: Apache-2.0

/// How a message travels (RFC 7252 §4).
public enum MessageType: UInt8, Hashable, Sendable {
    /// Repeated until it is acknowledged.
    case confirmable = 0
    /// Sent once, never acknowledged.
    case nonConfirmable = 1
    /// Acknowledges a confirmable message, and may carry the response (piggybacked).
    case acknowledgement = 2
    /// Refuses a message.
    case reset = 3
}

extension MessageType: CustomStringConvertible {
    /// The usual three letters: `CON`, `NON`, `ACK`, `RST`.
    public var description: String {
        switch self {
        case .confirmable: "CON"
        case .nonConfirmable: "NON"
        case .acknowledgement: "ACK"
        case .reset: "RST"
        }
    }
}
