// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("The keys folder")
struct KeysFolderOptionTests {
    @Test("The option, the environment, and keys, in this order")
    func order() throws {
        #expect(try KeysFolderOption.folder(named: "a", ["COAP_KEYS": "b"]).path == "a")
        #expect(try KeysFolderOption.folder(named: nil, ["COAP_KEYS": "b"]).path == "b")
        #expect(try KeysFolderOption.folder(named: nil, ["COAP_KEYS": ""]).path == "keys")
        #expect(try KeysFolderOption.folder(named: nil, [:]).path == "keys")
    }

    @Test("An empty name is not the working directory")
    func empty() {
        let error = #expect(throws: CoAPError.self) { try KeysFolderOption.folder(named: "", [:]) }
        #expect(error?.code == .invalidArgument && error?.message.contains("--keys is empty") == true)
    }

    @Test("A name that holds everywhere")
    func absolute() {
        let here = FileManager.default.currentDirectoryPath
        for (path, absolute) in [
            ("/a/b", "/a/b"), ("keys", "\(here)/keys"), ("./keys", "\(here)/keys"), ("../k", "\(here)/../k"),
            (".", here), ("./", here), (".keys", "\(here)/.keys"),
        ] { #expect(KeyFolder(path: path).absolute.path == absolute) }
    }
}
