// SPDX-License-Identifier: Apache-2.0

import CoAP

extension ContentFormat {
    /// True for CBOR and what is built on it, without sequences of items.
    var isCBOR: Bool { mediaType.map { $0 == "application/cbor" || $0.hasSuffix("+cbor") } ?? false }

    /// True for text, XML, JSON and what is built on them.
    var isText: Bool {
        guard let media = mediaType?.prefix(while: { $0 != ";" }) else { return false }
        return media.hasPrefix("text/") || media.hasSuffix("xml") || media.hasSuffix("json")
            || media == "application/link-format"
    }
}
