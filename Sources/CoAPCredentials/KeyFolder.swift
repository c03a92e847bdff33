// SPDX-License-Identifier: Apache-2.0

/// A folder with the credentials of a server and its devices: an authority, a server's certificate, pre-shared keys, and a
/// certificate for each device.
///
/// ```
/// ca.pem  ca.key                     the authority that signs all certificates here
/// server.pem  server.key             the server's certificate
/// psk.json                           the pre-shared keys
/// devices/NAME.pem  devices/NAME.key a device's certificate
/// register.json  .registered         which certificates were made, replaced and revoked, and that this was there
/// crl.pem                            the authority's list of revoked certificates
/// authorities/NAME.pem               other authorities whose devices are let in
/// ```
///
/// While an authority takes the place of an old one, both are in `ca.pem`, `ca.key` and `crl.pem`, the new one first.
///
/// Secrets have mode 0600, folders 0700.
public struct KeyFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// The name of the device that ``initialize(hostNames:newRegister:revoked:)`` makes.
    public static let firstDevice = "device-1"

    /// A folder, which need not exist yet; an empty path is the working directory.
    public init(path: String = "keys") {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path.isEmpty ? "." : path
    }

    /// The authority's certificate, and behind it that of the old one whose place it takes.
    public var certificateAuthorityPath: String { file("ca.pem") }
    /// The server's certificate.
    public var serverCertificatePath: String { file("server.pem") }
    /// The server's private key.
    public var serverKeyPath: String { file("server.key") }
    /// The pre-shared keys.
    public var preSharedKeysPath: String { file("psk.json") }
    /// A device's certificate.
    public func certificatePath(ofDevice name: String) -> String { file("devices/\(name).pem") }
    /// A device's private key.
    public func keyPath(ofDevice name: String) -> String { file("devices/\(name).key") }

    /// The lists of revoked certificates, one of each of the folder's own authorities.
    public var revocationListPath: String { file("crl.pem") }
    /// The folder with the certificates of other authorities whose devices are let in.
    public var authoritiesPath: String { file("authorities") }

    var registerPath: String { file("register.json") }
    var authorityKeyPath: String { file("ca.key") }
    var devicesPath: String { file("devices") }

    /// The command that fills this folder.
    var initCommand: String { "coap keys init\(option)" }
    /// The command that adds a device to this folder.
    func addCommand(_ name: String) -> String { "coap keys add \(name)\(option)" }

    /// The option that names this folder, with a space before it; empty for the standard one.
    package var option: String { path == "keys" ? "" : " --keys \(ShellText.quoted(path))" }
    func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }
}
