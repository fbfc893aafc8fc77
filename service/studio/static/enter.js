// The way in: the token stands after the # of the address, which a browser sends to nobody.
const token = decodeURIComponent(location.hash.slice(1));
const said = document.getElementById("said");
try {
  const answer = await fetch("/enter", {method: "POST", body: JSON.stringify({token})});
  if (answer.ok) location.replace(location.search === "?gallery" ? "/gallery/" : "/");
  else said.textContent = "This address is not valid. Open the one that 'service studio' has printed.";
} catch {
  said.textContent = "The studio has ended. Start it again with 'service studio'.";
}
