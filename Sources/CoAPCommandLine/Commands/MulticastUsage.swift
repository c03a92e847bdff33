// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What somebody may have meant who asks a group in another way than that works.
enum MulticastUsage {
    /// The options that were given and that a multicast has no use for, by their names.
    static func useless(_ request: RequestOptions, _ credentials: CredentialOptions) -> [String] {
        let given = [
            ("-A", request.accept != nil), ("-o", request.output != nil), ("-N", request.nonConfirmable),
            ("-B", request.timeout != nil), ("--block-size", request.blockSize != nil),
            ("-O", !request.options.isEmpty), ("-v", request.verbose), ("--raw", request.raw),
            ("--keylog", request.capture.keylog != nil), ("--pcap", request.capture.pcap != nil),
            ("--identity", credentials.identity != nil), ("--keys", credentials.keysFolder.keys != nil),
            ("-u", credentials.pskIdentity != nil), ("--psk-file", credentials.pskFile != nil),
            ("-k", credentials.psk != nil), ("-c", credentials.certificate != nil),
            ("-j", credentials.privateKey != nil), ("-C", credentials.ca != nil),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// The URI of a group whose address, perhaps with a port, stands where a URI or filter is expected; nil for other texts.
    static func uri(ofAddress text: String) -> CoAPURI? {
        if AddressText.bytes(of: text) != nil { return CoAPURI(scheme: .coap, host: text, port: 5683) }
        guard !text.contains("/"), let uri = try? CoAPURI("coap://" + text), AddressText.bytes(of: uri.host) != nil
        else {
            return nil
        }
        return uri
    }
}
