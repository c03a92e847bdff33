// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap get`.
public struct GetCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Read a resource.",
        discussion: """
            Examples:
              coap get --identity device-1 coaps://localhost/sensors/temperature
              coap get -c device-1.pem -j device-1.key -C ca.pem coaps://localhost/device
              coap get -u device-1 --psk-file key.txt coaps://localhost/sensors/humidity
              coap get --identity device-1 --digest -o fw.bin coaps://localhost/firmware
              coap get --identity device-1 --json coaps://localhost/device
            """, version: CommandLineTool.version)

    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.get) }
}
