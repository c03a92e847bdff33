// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap put`.
public struct PutCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Replace a resource.",
        discussion: """
            Examples:
              coap put --identity device-1 -e on coaps://localhost/actuators/led
              coap put -c dev.pem -j dev.key -C ca.pem -e off coaps://localhost/actuators/led
              printf on | coap put --identity device-1 -f - coaps://localhost/actuators/led
              coap put --identity device-1 --digest -f fw.bin coaps://localhost/firmware
              coap put --identity device-1 -t json -f led.json coaps://localhost/actuators/led
            """, version: CommandLineTool.version)

    @OptionGroup(title: "Body") var body: BodyOptions
    @OptionGroup var arguments: RequestArguments

    /// Made by the parser.
    public init() {}

    /// Makes the request and shows the response.
    public func run() async throws { try await arguments.run(.put, body: body, isBodyRequired: true) }
}
