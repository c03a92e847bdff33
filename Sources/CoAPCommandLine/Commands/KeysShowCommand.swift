// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys show`: the one command that shows a secret, because it is asked for by name.
struct KeysShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a device's pre-shared key, to hand it to the device or another program.",
        discussion: """
            Whoever sees the key can be the device. It goes to the standard output as text, which is how other programs take \
            keys, or as digits.

            Examples:
              coap-client-openssl -u p -k "$(coap keys show p)" coaps://localhost/device
              coap keys show --hex device-1
            """)

    @Argument(help: "The device's name: the identity of its key.", completion: .identities)
    var name: String

    @Flag(help: "As hexadecimal digits.")
    var hex = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let folder = try keysFolder.folder()
        let entry = try folder.preSharedKey(identity: name)
        guard entry.identity == Array(name.utf8) else {
            // Whoever shows it to another program gives that the identity too.
            let identity = ShellText.quoted(String(decoding: entry.identity, as: UTF8.self))
            throw CoAPError(
                .invalidCredentials,
                "the key of the identity '\(PrintableText.escaped(name.utf8))' was replaced by that of '\(identity)'; show it "
                    + "with: coap keys show \(identity)\(folder.option)")
        }
        if let newest = try folder.preSharedKeys().last(where: { $0.holder == entry.holder }), newest != entry {
            let identity = ShellText.quoted(String(decoding: newest.identity, as: UTF8.self))
            Terminal.complain("there is a newer key for this device, of the identity '\(identity)'")
        }
        let key = entry.key
        var text: [UInt8] = []
        // Room for all of it at once: growing would leave copies of the key behind.
        text.reserveCapacity(2 * key.count + 1)
        defer { text.wipe() }
        key.withBytes { bytes in
            for byte in bytes {
                if hex { text += Hexadecimal.encode(CollectionOfOne(byte)).utf8 } else { text.append(byte) }
            }
        }
        guard text.allSatisfy({ 0x20...0x7E ~= $0 }) else {
            throw CoAPError(
                .invalidCredentials,
                "the key of '\(PrintableText.escaped(name.utf8))' is not text; show its digits with: coap keys show --hex "
                    + ShellText.quoted(name) + (folder.path == "keys" ? "" : " --keys \(ShellText.quoted(folder.path))")
            )
        }
        text.append(0x0A)
        try Terminal.write(text)
    }
}
