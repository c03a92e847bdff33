// SPDX-License-Identifier: Apache-2.0

/// What libcoap is to make of a message that has come.
enum Screening: Equatable {
    /// It acts on it.
    case take
    /// It acts on it as on a non-confirmable message with this id: it compares it with none before, and acknowledges nothing.
    case nonConfirmable(UInt16)
    /// It takes it for the empty acknowledgement of this message: where it sent none with the id, it does nothing.
    case acknowledgement(UInt16)
    /// It refuses it with a reset, and does nothing else.
    case reject
}
