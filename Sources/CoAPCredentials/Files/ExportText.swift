// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// A key in the forms that programs read. What is built up on the way is wiped.
struct ExportText {
    private let entry: PreSharedKey

    init(_ entry: PreSharedKey) { self.entry = entry }

    /// For `--psk-file`: the text, or digits behind `hex:`.
    var key: Secret {
        let isText = entry.key.withBytes { $0.allSatisfy { 0x21...0x7E ~= $0 } && !$0.starts(with: "hex:".utf8) }
        return line {
            $0 += isText ? [] : Array("hex:".utf8)
        } key: {
            isText ? $0 : Self.digits($0)
        }
    }

    /// The digits alone, as `openssl -psk` takes them.
    var digits: Secret {
        line { _ in
        } key: {
            Self.digits($0)
        }
    }

    /// For coap-client's `-h`: the hint, which is none, identity and key.
    var libcoap: Secret {
        line { text in
            text.append(UInt8(ascii: ","))
            text += entry.identity
            text.append(UInt8(ascii: ","))
        } key: {
            $0
        }
    }

    /// For aiocoap's `--credentials`.
    func aiocoap(for uri: CoAPURI) throws(CoAPError) -> Secret {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let pattern: Data
        do {
            pattern = try encoder.encode("\(uri.authority)/*")
        } catch {
            throw CoAPError(.internal, "cannot write a URI as JSON")
        }
        let identity = Hexadecimal.encode(entry.identity)
        return line { text in
            text += Array("{".utf8) + pattern
            text += Array(": {\"dtls\": {\"client-identity\": {\"hex\": \"\(identity)\"}, \"psk\": {\"hex\": \"".utf8)
        } key: {
            Self.digits($0)
        } behind: {
            Array("\"}}}}".utf8)
        }
    }

    private func line(
        _ before: (inout [UInt8]) -> Void, key: ([UInt8]) -> [UInt8], behind: () -> [UInt8] = { [] }
    ) -> Secret {
        var raw = entry.key.withBytes { Array($0) }
        var shown = key(raw)
        var text: [UInt8] = []
        // Room for all of it at once: growing would leave copies of the key behind.
        text.reserveCapacity(shown.count + 4096)
        before(&text)
        text += shown
        text += behind()
        text.append(0x0A)
        defer {
            raw.wipe()
            shown.wipe()
            text.wipe()
        }
        return Secret(text)
    }

    private static func digits(_ bytes: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.count)
        let alphabet = Array("0123456789abcdef".utf8)
        for byte in bytes {
            digits.append(alphabet[Int(byte >> 4)])
            digits.append(alphabet[Int(byte & 0xF)])
        }
        return digits
    }
}
