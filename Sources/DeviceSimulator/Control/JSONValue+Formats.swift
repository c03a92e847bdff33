// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML

extension JSONValue {
    /// The value in JSON or CBOR.
    func encoded(as format: ContentFormat) -> [UInt8] {
        format == .cbor ? CBORWriter.encode(cbor) : Array(compact.utf8)
    }
}
