// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation

extension KeyFolder {
    /// The same folder under a name that holds in every working directory.
    var absolute: KeyFolder {
        guard !path.hasPrefix("/") else { return self }
        var rest = path[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        let here = FileManager.default.currentDirectoryPath
        return KeyFolder(path: rest.isEmpty || rest == "." ? here : "\(here == "/" ? "" : here)/\(rest)")
    }
}
