/* Before the first paint: "as the device" becomes dark or light. Loaded only for those who chose it. */
document.documentElement.dataset.bsTheme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
