// SPDX-License-Identifier: Apache-2.0

/// The files that a device's export has.
public enum ExportFile: String, CaseIterable, Sendable {
    /// The key as `--psk-file` takes it.
    case key = "psk.txt"
    /// The key as hexadecimal digits.
    case keyDigits = "psk.hex"
    /// Identity and key for coap-client's `-h`.
    case libcoap = "coap-client.txt"
    /// Identity and key for aiocoap's `--credentials`.
    case aiocoap = "aiocoap.json"
    /// The device's certificate.
    case certificate = "device.pem"
    /// Its private key.
    case privateKey = "device.key"
    /// The authority that signed the server's certificate.
    case authority = "ca.pem"
    /// The lines.
    case explanation = "README.txt"
}
