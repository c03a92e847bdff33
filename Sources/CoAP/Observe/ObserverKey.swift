// SPDX-License-Identifier: Apache-2.0

/// Names an observation: the peer's session and the token of its request (RFC 7641 §4.1).
struct ObserverKey: Hashable {
    let session: SessionHandle
    let token: Token
}
