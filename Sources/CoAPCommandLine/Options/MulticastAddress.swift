// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Addresses of many hosts at once (RFC 7252 §8), which DTLS cannot speak to.
enum MulticastAddress {
    /// Refuses such an address behind `coaps://`.
    ///
    /// - Throws: `CoAPError` with code `invalidURI`.
    static func refuse(_ scheme: CoAPURI.Scheme, _ host: String) throws(CoAPError) {
        guard scheme == .coaps, isMulticast(host) else { return }
        throw CoAPError(
            .invalidURI,
            "'\(PrintableText.escaped(host.utf8))' is an address of many hosts, and DTLS speaks to one: name the address of "
                + "one host")
    }

    private static func isMulticast(_ host: String) -> Bool {
        guard let bytes = AddressText.bytes(of: host) else { return false }
        return bytes.count == 4 ? bytes[0] >> 4 == 0xE : bytes[0] == 0xFF
    }
}
