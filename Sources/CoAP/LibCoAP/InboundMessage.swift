// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// A received message; it lives only during libcoap's call.
struct InboundMessage {
    private let pdu: OpaquePointer

    init(_ pdu: OpaquePointer) { self.pdu = pdu }

    var type: MessageType {
        MessageType(rawValue: UInt8(truncatingIfNeeded: coap_pdu_get_type(pdu).rawValue)) ?? .reset
    }

    var code: Code { Code(rawValue: UInt8(truncatingIfNeeded: coap_pdu_get_code(pdu).rawValue)) }

    var messageID: UInt16 { UInt16(truncatingIfNeeded: coap_pdu_get_mid(pdu)) }

    var token: Token {
        var count: UInt8 = 0
        let bits = ccoap_token(pdu, &count)
        return Token(bits: bits, count: count)
    }

    /// Gives it another code.
    func recode(_ code: Code) { coap_pdu_set_code(pdu, coap_pdu_code_t(UInt32(code.rawValue))) }

    /// Gives it another type and message id.
    func become(_ type: MessageType, _ messageID: UInt16) {
        coap_pdu_set_type(pdu, coap_pdu_type_t(UInt32(type.rawValue)))
        coap_pdu_set_mid(pdu, coap_mid_t(messageID))
    }

    /// True when it has a critical option that libcoap does not know, upon which libcoap hands it to nobody.
    var hasUnknownCriticalOption: Bool {
        var iterator = coap_opt_iterator_t()
        guard coap_option_iterator_init(pdu, &iterator, nil) != nil else { return false }
        while coap_option_next(&iterator) != nil {
            let number = OptionNumber(rawValue: iterator.number)
            if number.isCritical, !Self.knownCriticalOptions.contains(number) { return true }
        }
        return false
    }

    /// Those of libcoap 4.3.1, to which nothing adds any.
    private static let knownCriticalOptions: Set<OptionNumber> = [
        .ifMatch, .uriHost, .ifNoneMatch, .uriPort, .uriPath, .uriQuery, .accept, .block2, .block1, .proxyURI,
        .proxyScheme,
    ]

    /// A copy of the options.
    func options() -> Options {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let bytes = buffer.bindMemory(to: UInt8.self)
            let size = ccoap_options_copy(pdu, bytes.baseAddress, bytes.count)
            if size <= bytes.count { return Options(storage: Array(bytes.prefix(size))) }
            return Options(
                storage: Array(unsafeUninitializedCapacity: size) { target, count in
                    count = min(size, ccoap_options_copy(pdu, target.baseAddress, size))
                })
        }
    }

    /// A copy of the payload.
    func payload() -> [UInt8] {
        var length = 0
        var data: UnsafePointer<UInt8>?
        guard coap_get_data(pdu, &length, &data) != 0, let data else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: length))
    }
}
