// SPDX-License-Identifier: Apache-2.0

/// Why an observation came to its end.
public enum ObservationEnd: Hashable, Sendable {
    /// The server answered or notified with a response of no success, such as 4.04, and has forgotten the client
    /// (RFC 7641 §3.2). Of 5.03 and 4.29 only as the first answer: later on the client registers anew after a while.
    case response(Response)

    /// The server answers and does not observe: its response has no Observe option (RFC 7641 §3.1). A value comes before.
    case notObserved

    /// The session was closed.
    case closed(CoAPError)

    /// Registering failed as often as ``ObservationConfiguration/maximumFailedRegistrations`` allows; the last error.
    case gaveUp(CoAPError)
}
