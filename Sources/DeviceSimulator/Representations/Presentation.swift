// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML

/// One value in the forms that all resources of the device offer.
struct Presentation {
    /// Text first, then SenML, JSON and CBOR.
    static let contentFormats: [ContentFormat] = [.text, .senMLJSON, .senMLCBOR, .json, .cbor]

    /// For people.
    let text: String
    /// For programs that know SenML.
    let senML: SenMLPack
    /// For others.
    let json: JSONValue

    /// The value in one of ``contentFormats``.
    func encoded(as format: ContentFormat) throws -> [UInt8] {
        switch format {
        case .senMLJSON, .senMLCBOR: try senML.encoded(as: format)
        case .json: Array(json.compact.utf8)
        case .cbor: CBORWriter.encode(json.cbor)
        default: Array(text.utf8)
        }
    }
}
