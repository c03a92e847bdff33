// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Who reports. What one kind of peer says never meets the name of another kind.
struct ReportSource: Hashable {
    /// What the name is known by.
    enum Kind {
        case key
        case certificate
        /// Nothing: the peer says so itself.
        case anonymous
    }

    let kind: Kind
    let name: String

    /// Who a peer has proved to be, or what it says and where it comes from.
    init(_ peer: Peer, baseName: String?) {
        switch peer.identity {
        case .preSharedKey(let identity): (kind, name) = (.key, PrintableText.escaped(identity))
        case .certificate(let certificate):
            (kind, name) = (
                .certificate, PrintableText.escaped((certificate.commonName ?? certificate.subject).utf8)
            )
        case .anonymous:
            let said = PrintableText.escaped((baseName ?? "").prefix(64).utf8)
            (kind, name) = (.anonymous, said.isEmpty ? peer.address.map { "\($0)" } ?? "" : said)
        }
    }

    /// The name for people; that of a peer which has proved nothing says so.
    var text: String { kind == .anonymous ? "anonymous:\(name)" : name }
}
