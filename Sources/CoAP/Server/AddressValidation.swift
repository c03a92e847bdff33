// SPDX-License-Identifier: Apache-2.0

/// Whether peers on plain CoAP must show that they are where they say, before more than three times their request's size is
/// sent there and before anything is changed for them (RFC 9175 §2.4; RFC 7252 §11.3). DTLS shows it by its handshake.
///
/// Such a request is answered 4.01 with Echo, which the client sends back with the request repeated; this library's client,
/// libcoap's and aiocoap's do so by themselves. A group's request is answered with as much as three times its size takes, and
/// the client asks for the rest by itself.
public enum AddressValidation: Hashable, Sendable {
    /// Of every peer but those on this host.
    case remotePeers
    /// Of every peer.
    case allPeers
    /// Of none: for clients that do not know Echo, on networks where nobody can forge an address.
    case off
}
