// SPDX-License-Identifier: Apache-2.0

/// The keys of this library's log metadata.
enum LogKey {
    static let peerAddress = "coap.peer.address"
    static let peerIdentity = "coap.peer.identity"
    static let method = "coap.method"
    static let route = "coap.route"
    static let code = "coap.code"
    static let messageType = "coap.message.type"
    static let token = "coap.token"
    static let duration = "coap.duration"
    static let error = "coap.error"
    static let suppressed = "coap.log.suppressed"
    static let endpoint = "coap.endpoint"
    static let cipher = "coap.dtls.cipher"
    static let alert = "coap.dtls.alert"
}
