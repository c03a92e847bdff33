// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("The options of a request")
struct RequestOptionsTests {
    @Test(
        "Formats by short name, media type and number",
        arguments: [
            ("json", ContentFormat.json), ("JSON", .json), ("senml", .senMLJSON), ("text", .text),
            ("link", .linkFormat), ("cbor", .cbor), ("octet-stream", .octetStream), ("application/json", .json),
            ("text/plain", .text), ("text/plain; charset=utf-8", .text), ("application/senml+cbor", .senMLCBOR),
            ("0", .text), ("50", .json), ("65535", ContentFormat(rawValue: 65535)),
        ])
    func formats(name: String, format: ContentFormat) throws {
        #expect(try RequestOptions.format(name, "-A") == format)
    }

    @Test("What is no format", arguments: ["", "poetry", "65536", "-1", "text/\u{1B}[2J"])
    func noFormat(name: String) {
        let error = #expect(throws: CoAPError.self) { try RequestOptions.format(name, "-t") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("-t '") == true && error?.message.contains("\u{1B}") == false)
    }

    @Test("A get in full, in short and in long spellings")
    func get() throws {
        for arguments in [
            [
                "-A", "json", "-o", "out", "-N", "-B", "2.5", "-O", "5", "-O", "ETag=0x01", "-v", "-u", "me",
                "coap://h/x",
            ],
            [
                "coap://h/x", "--accept", "json", "--output", "out", "--non-confirmable", "--timeout", "2.5",
                "--option",
                "5", "--option=ETag=0x01", "--verbose", "--psk-identity", "me",
            ],
        ] {
            let command = try GetCommand.parse(arguments)
            #expect(command.arguments.uri == "coap://h/x")
            #expect(
                command.arguments.request.output == "out" && command.arguments.request.nonConfirmable
                    && command.arguments.request.verbose)
            #expect(!command.arguments.request.json && !command.arguments.request.raw)
            #expect(
                command.arguments.credentials.pskIdentity == "me"
                    && command.arguments.credentials.keysFolder.keys == nil)
            let configuration = try RequestOptions.configuration(timeout: command.arguments.request.timeout)
            #expect(configuration.handshakeTimeout == .milliseconds(2500))
            #expect(configuration.requestTimeout == .milliseconds(2500))
            var request = Request(method: .get)
            try command.arguments.request.apply(to: &request)
            #expect(request.options.accept == .json)
            #expect(request.options.all(.ifNoneMatch) == [[]] && request.options.all(.eTag) == [[1]])
        }
    }

    @Test("A value may stand right behind its short option")
    func joined() throws {
        let get = try GetCommand.parse([
            "-B3", "-Ajson", "-oout", "-O5", "-udevice-1", "-cc.pem", "-jj.key", "-Cca", "coap://h/x",
        ])
        #expect(get.arguments.request.timeout == 3 && get.arguments.request.accept == "json")
        #expect(get.arguments.request.output == "out" && get.arguments.request.options == ["5"])
        #expect(get.arguments.credentials.pskIdentity == "device-1" && get.arguments.credentials.certificate == "c.pem")
        #expect(get.arguments.credentials.privateKey == "j.key" && get.arguments.credentials.ca == "ca")
        let put = try PutCommand.parse(["-eon", "-ttext", "coap://h/x"])
        #expect(put.body.text == "on" && put.body.contentFormat == "text")
        #expect(try PutCommand.parse(["-fbody", "-vN", "coap://h/x"]).body.file == "body")
        #expect(try PutCommand.parse(["-e", "-5", "coap://h/x"]).body.text == "-5")
    }

    @Test("Outputs that nobody could tell apart", arguments: [["-o", ""], ["-o", "-", "--json"]])
    func outputs(arguments: [String]) throws {
        let command = try GetCommand.parse(arguments + ["coap://h/x"])
        let error = #expect(throws: CoAPError.self) { try command.arguments.request.checkOutput() }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A put's body: text, with and without its format; none, two")
    func put() throws {
        func body(_ arguments: [String]) throws -> Request {
            let command = try PutCommand.parse(arguments + ["coap://h/x"])
            var request = Request(method: .put)
            _ = try command.body.apply(to: &request, isRequired: true)
            return request
        }
        let text = try body(["-e", "on"])
        #expect(text.payload == Array("on".utf8) && text.options.contentFormat == .text)
        let json = try body(["--text", "{}", "-t", "json"])
        #expect(json.payload == Array("{}".utf8) && json.options.contentFormat == .json)
        let folder = try TemporaryFolder()
        let file = try folder.write([0, 255], to: "body")
        let bytes = try body(["-f", file])
        #expect(bytes.payload == [0, 255] && bytes.options.contentFormat == nil)
        for arguments in [[], ["-e", "a", "-f", file], ["-e", "a", "-t", "poetry"]] {
            let error = #expect(throws: CoAPError.self) { try body(arguments) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("Deadlines that are none", arguments: ["0", "1e-9", "-1", "86401", "nan", "inf"])
    func deadlines(seconds: String) throws {
        let command = try GetCommand.parse(["--timeout=\(seconds)", "coap://h/x"])
        let error = #expect(throws: CoAPError.self) {
            try RequestOptions.configuration(timeout: command.arguments.request.timeout)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A key is taken as it is, and no complaint shows it", arguments: ["a=b", "-x", "--raw", "ä b"])
    func key(key: String) throws {
        let arguments = ["-u", "me", "-k", key, "coaps://h/x"]
        #expect(try GetCommand.parse(ArgumentSecrecy.normalized(arguments).arguments).arguments.credentials.psk == key)
        let wrong = try ArgumentSecrecy.normalized(["list", "-kTopSecret"]).arguments
        let error = #expect(throws: (any Error).self) { try KeysCommand.parseAsRoot(wrong) }
        let message = UsageMessage.text(
            for: KeysCommand.message(for: try #require(error)), command: KeysCommand.self, arguments: wrong)
        #expect(message.contains("--psk") && !message.contains("TopSecret"), "\(message)")
    }

    @Test("What cannot be parsed", arguments: [[], ["a", "b"], ["--colour", "a"], ["-B", "soon", "a"], ["-A"]])
    func usage(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try GetCommand.parse(arguments) }
        if let error { #expect(GetCommand.exitCode(for: error).rawValue == 64) }
    }

    @Test("One line for what the parser says")
    func usageMessage() {
        let list = "The value 'x' is invalid.\nPlease provide one of the following:\n  - a\n  - b"
        #expect(
            UsageMessage.text(for: list, command: CoAPCommand.self, arguments: ["keys", "add"])
                == "the value 'x' is invalid. Please provide one of the following: a, b; see coap keys add --help")
        #expect(
            UsageMessage.text(
                for: "2 unexpected arguments", command: CoAPCommand.self, arguments: ["keys", "fly", "x"])
                == "there is no command 'fly'; see coap keys --help")
    }

    @Test("--block-size takes the sizes there are", arguments: [16, 1024])
    func blockSize(size: Int) throws {
        let command = try GetCommand.parse(["--block-size", "\(size)", "coap://h"])
        let configuration = try RequestOptions.configuration(
            timeout: nil, blockSize: command.arguments.request.blockSize)
        #expect(configuration.blockSize == size)
        let error = #expect(throws: CoAPError.self) {
            try RequestOptions.configuration(timeout: nil, blockSize: size + 1)
        }
        #expect(error?.code == .invalidArgument)
    }
}
