// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

extension CompletionKind {
    /// The content-formats by the names people type.
    static var formats: CompletionKind {
        .list([
            "json", "senml", "text", "link", "cbor", "octet-stream", "senml+cbor", "senml-etch+json",
            "merge-patch+json",
            "json-patch+json",
        ])
    }
}
