// SPDX-License-Identifier: Apache-2.0

/// What is to be diagnosed: a way to a server, with what this side shows there.
package struct DiagnosisSubject: Sendable {
    /// The server; its path is not asked for.
    package var uri: CoAPURI
    /// This side's key or certificates; plain for `coap://`.
    package var security: ClientSecurity
    /// How long each step is waited for.
    package var patience: Duration
    /// Where everything is recorded; nil for nowhere.
    package var capture: Capture?

    /// A subject with its parts; `patience` is 5 s unless said otherwise.
    package init(
        uri: CoAPURI, security: ClientSecurity, patience: Duration = .seconds(5), capture: Capture? = nil
    ) {
        (self.uri, self.security, self.patience, self.capture) = (uri, security, patience, capture)
    }

    var isSecure: Bool { uri.scheme == .coaps }

    /// The identity of this side's key; nil with certificates.
    var keyIdentity: [UInt8]? {
        if case .preSharedKey(let key) = security { key.identity } else { nil }
    }

    /// This side's certificate.
    var ownCertificate: CertificateDetail? {
        if case .certificate(let own, _) = security { own?.parsed.certificate.detail } else { nil }
    }
}
