export default {
  // Commands and output have no language, and must not be colored by a guess.
  configureHljs: hljs => hljs.configure({ languages: [] })
}
