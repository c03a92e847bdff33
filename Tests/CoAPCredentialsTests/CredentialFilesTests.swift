// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Glibc
import Testing

struct CredentialFilesTests {
    let box: Sandbox

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    private func secretError(_ name: String) -> CoAPError? {
        failure { () throws(CoAPError) in try CredentialFiles.secret(at: box.path(name)) }
    }

    private func credentialError(_ certificate: String, _ key: String) -> CoAPError? {
        failure { () throws(CoAPError) in
            try CredentialFiles.certificateCredential(certificatePath: box.path(certificate), keyPath: box.path(key))
        }
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o610, 0o601, 0o620, 0o4777] as [mode_t])
    func aSecretThatOthersCanReachIsRefused(mode: mode_t) throws {
        chmod(box.path("keys/server.key"), mode)
        let error = secretError("keys/server.key")
        #expect(error?.code == .fileUnavailable)
        let shown = String(repeating: "0", count: mode > 0o777 ? 0 : 1) + String(mode, radix: 8)
        #expect(
            error?.message
                == "\(box.path("keys/server.key")): readable by others (mode \(shown)); run: chmod 600 "
                + box.path("keys/server.key"))
        #expect(failure { () throws(CoAPError) in try box.keys.serverSecurity() } == error)
    }

    @Test(arguments: [0o600, 0o400, 0o700] as [mode_t])
    func aSecretThatIsTheOwnersAloneIsRead(mode: mode_t) throws {
        chmod(box.path("keys/server.key"), mode)
        let secret = try CredentialFiles.secret(at: box.path("keys/server.key"))
        #expect(secret.withBytes { Array($0) } == Array(try box.text("keys/server.key").utf8))
    }

    @Test func aPathThatAShellWouldTakeApartIsQuoted() throws {
        try box.write("secret", to: "it's; mine", mode: 0o644)
        #expect(secretError("it's; mine")?.message.hasSuffix("run: chmod 600 '\(box.path)/it'\\''s; mine'") == true)
    }

    @Test func whatIsNoPlainFileIsRefusedAtOnce() throws {
        mkfifo(box.path("pipe"), 0o600)
        for name in ["pipe", "keys"] {
            let error = secretError(name)
            #expect(error?.code == .fileUnavailable)
            #expect(error?.message == "\(box.path(name)): is not a plain file; name the file itself")
        }
    }

    @Test func aMissingFileIsNamed() {
        let error = secretError("none")
        #expect(error?.code == .fileUnavailable)
        #expect(error?.message == "\(box.path("none")): cannot be read: there is no such file; check the path")
    }

    @Test func aFileOverTheLimitIsRefused() throws {
        try box.write(String(repeating: "x", count: 1 << 20), to: "large")
        #expect(try CredentialFiles.secret(at: box.path("large")).count == 1 << 20)
        try box.write(String(repeating: "x", count: 1 << 20 + 1), to: "large")
        #expect(
            secretError("large")?.message
                == "\(box.path("large")): is larger than 1 MiB; check that it is the right file")
    }

    @Test func anEmptyFileIsAnEmptySecret() throws {
        try box.write("", to: "empty")
        #expect(try CredentialFiles.secret(at: box.path("empty")).count == 0)
    }

    @Test func aCertificateAndAKeyThatDoNotBelongTogetherAreRefused() {
        let error = credentialError("keys/server.pem", "keys/devices/device-1.key")
        #expect(error?.code == .invalidCredentials)
        #expect(
            error?.message
                == "\(box.path("keys/devices/device-1.key")): this key does not belong to the certificate "
                + "\(box.path("keys/server.pem")); give the key it was made for")
    }

    @Test func whatIsNoCertificateIsRefused() throws {
        try box.write("text", to: "bad.pem")
        let damaged = try box.text("keys/server.pem").replacingOccurrences(of: "MII", with: "AAA")
        try box.write(damaged, to: "damaged.pem")
        for name in ["bad.pem", "damaged.pem", "keys/server.key"] {
            let error = credentialError(name, "keys/server.key")
            #expect(error?.code == .invalidCredentials)
            #expect(error?.message.hasPrefix("\(box.path(name)): there is no PEM certificate in it; ") == true)
        }
        let authorities = failure { () throws(CoAPError) in
            try CredentialFiles.trustAnchors(at: box.path("bad.pem"))
        }
        #expect(authorities?.code == .invalidCredentials)
        #expect(authorities?.message.hasPrefix("\(box.path("bad.pem")): ") == true)
    }

    @Test func aKeyWithAPassphraseIsRefusedWithoutAskingForIt() async throws {
        let encrypted = try await OpenSSL(
            "pkey", "-aes256", "-passout", "pass:word", "-in", box.path("keys/server.key"), "-out",
            box.path("encrypted.key"))
        #expect(encrypted.status == 0, "\(encrypted.output)")
        chmod(box.path("encrypted.key"), 0o600)
        let error = credentialError("keys/server.pem", "encrypted.key")
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.hasPrefix("\(box.path("encrypted.key")): the private key has a passphrase") == true)
    }

    @Test func whatIsNoPrivateKeyIsToldApart() async throws {
        let der = try await OpenSSL(
            "pkey", "-in", box.path("keys/server.key"), "-outform", "DER", "-out", box.path("der.key"))
        #expect(der.status == 0, "\(der.output)")
        let open = try await OpenSSL("pkey", "-in", box.path("keys/server.key"), "-pubout", "-out", box.path("public"))
        #expect(open.status == 0, "\(open.output)")
        try box.write("text", to: "bad.key")
        try box.write("", to: "empty.key")
        try box.write("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", to: "damaged.key")
        for (name, says) in [
            ("der.key", "the key is in DER, not PEM; 'openssl pkey -inform DER"), ("public", "this is a public key; "),
            ("bad.key", "this is not a PEM private key, "), ("empty.key", "the file is empty; "),
            ("damaged.key", "the PEM private key is damaged; "), ("keys/server.pem", "this is a certificate; "),
        ] {
            chmod(box.path(name), 0o600)
            let error = credentialError("keys/server.pem", name)
            #expect(error?.code == .invalidCredentials)
            #expect(error?.message.hasPrefix("\(box.path(name)): \(says)") == true, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: [
        ("secp521r1", false), ("secp256k1", false), ("secp384r1", true), ("prime256v1", true),
    ])
    func aKeyThatNoHandshakeCouldUseIsRefused(curve: String, isFine: Bool) async throws {
        let made = try await OpenSSL(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-subj", "/CN=x",
            "-keyout", box.path("curve.key"), "-out", box.path("curve.pem"))
        #expect(made.status == 0, "\(made.output)")
        chmod(box.path("curve.key"), 0o600)
        let error = credentialError("curve.pem", "curve.key")
        if isFine {
            #expect(error == nil)
        } else {
            #expect(error?.code == .invalidCredentials)
            #expect(
                error?.message
                    == "\(box.path("curve.key")): keys on \(curve) are not supported; take one on P-256 or P-384, or RSA"
            )
        }
    }

    @Test func anRSAKeyIsTaken() async throws {
        let made = try await OpenSSL(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", box.path("rsa.key"), "-out",
            box.path("rsa.pem"))
        #expect(made.status == 0, "\(made.output)")
        chmod(box.path("rsa.key"), 0o600)
        #expect(credentialError("rsa.pem", "rsa.key") == nil)
    }

    @Test func anAuthorityThatEverybodyMayExchangeIsRefused() {
        chmod(box.path("keys/ca.pem"), 0o666)
        let error = failure { () throws(CoAPError) in try CredentialFiles.trustAnchors(at: box.path("keys/ca.pem")) }
        #expect(error?.code == .fileUnavailable)
        #expect(
            error?.message
                == "\(box.path("keys/ca.pem")): writable by others (mode 0666); run: chmod go-w "
                + box.path("keys/ca.pem"))
    }

    @Test func aChainBehindTheCertificateIsRead() throws {
        try box.write(try box.text("keys/server.pem") + box.text("keys/ca.pem"), to: "chain.pem")
        let credential = try CredentialFiles.certificateCredential(
            certificatePath: box.path("chain.pem"), keyPath: box.path("keys/server.key"))
        #expect(credential.identity.alternativeNames.contains(.dns("localhost")))
    }
}
